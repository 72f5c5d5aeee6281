/**
 * The flows that were taken, as far as it can be told from what is done and what is open. That two
 * steps are done does not mean that one went from the first to the second, as a way past a step or
 * back to a form shows: a flow was taken where it is the only one out of its source or into its
 * target, and a step left by it was left by no other.
 */
export function flowsTaken(flows, done, active) {
  const from = new Set(done);
  const to = new Set([ ...done, ...active ]);
  let possible = flows.filter(({ source, target }) => from.has(source.id) && to.has(target.id));

  for (;;) {
    const taken = possible.filter(flow => isTaken(flow, possible));
    const left = possible.filter(flow => taken.includes(flow) || !taken.some(({ source }) => source === flow.source));

    if (left.length === possible.length) {
      return taken;
    }

    possible = left;
  }
}

function isTaken({ source, target }, possible) {
  return source.type === 'bpmn:ParallelGateway' ||
    possible.filter(flow => flow.source === source).length === 1 ||
    possible.filter(flow => flow.target === target).length === 1;
}
