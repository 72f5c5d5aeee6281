const SENTENCES = {
  400: '请求有误，请刷新页面后重试。',
  401: '登录已过期，请重新登录。',
  403: '您没有权限执行此操作。',
  404: '找不到该内容，可能已被删除或不在您的权限范围内。',
  409: '他人已先行处理，请刷新页面查看最新状态。',
  413: '内容过大。',
  422: '内容有误，请检查后重试。',
  429: '操作过于频繁，请稍后再试。',
  503: '系统繁忙，请稍后重试，您填写的内容没有丢失。'
};

/** What to tell the user: the server's own sentence where it sent one, else one of ours. */
export function errorSentence(status, body, contentType = '') {
  const ours = SENTENCES[status] ?? `操作失败（${status}），请稍后重试。`;

  if (!contentType.includes('json')) {
    return ours;
  }

  try {
    const { message, detail, title } = JSON.parse(body);

    return message ?? detail ?? title ?? ours;
  } catch {
    return ours;
  }
}

/** Whether the server sent us to another page instead of answering: the session has ended. */
export function sessionEnded({ redirected, headers }) {
  return redirected && !(headers.get('Content-Type') ?? '').includes('json');
}

export const SESSION_ENDED = SENTENCES[401];
