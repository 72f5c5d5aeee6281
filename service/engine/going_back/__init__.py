"""Going back where no flow is drawn: 退回 to an earlier task, 撤回 of the last one, one more at a step."""
