/** What each topic does, and the task headers it cannot do without (docs/modelling/topics.md). */
const TOPICS = {
  'announcement.publish': '公布名单',
  'award.extend': '延长称号的期限；任务参数 months',
  'award.grant': '授予称号',
  'award.note': '登记没有报送的台账；任务参数 track、item、text',
  'award.set_status': '改变称号的状态；任务参数 status',
  'ballot.count': '计票',
  'ballot.open': '开始无记名投票',
  'decision.evaluate': '按决策表判定（请改用业务规则任务）',
  'eligibility.check': '核验申报条件',
  'list.propose': '全部列入名单，供投票',
  'list.read': '查看是否在审定的名单上',
  'nomination.close': '结束申报，归还名额；任务参数 status',
  'notice.close': '结束公示',
  'notice.open': '发布公示',
  'objection.settle': '办结异议',
  'objections.count': '清点未结异议',
  'panel.draw': '随机抽取专家；任务参数 role',
  'panel.rank': '合成分数并排名',
  'panel.seat': '安排评分专家',
  'places.release': '归还授予名额',
  'places.take': '占用授予名额',
  'quota.release': '归还推荐名额',
  'quota.take': '占用推荐名额',
  'recommender.admit': '成为本届的推荐单位',
  'reserve.close_notice': '结束补充公示',
  'reserve.keep': '留为候补',
  'reserve.require_settled': '核对补充公示都已期满',
  'reserve.take': '递补的列为候选人',
  'round.open': '开设下一届',
  'stage.open': '届次进入某个阶段；任务参数 stage',
  'stage.require_waiting': '核对各份申报都已办到；任务参数 signal、step'
};

/** Says what a topic does; a worker of the installation's own goes by its name. */
export function nameTopic(topic) {
  return TOPICS[topic] ?? topic;
}
