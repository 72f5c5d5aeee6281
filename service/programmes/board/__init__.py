"""What the page of a round shows of it: progress, dates, stages, tasks and what is still missing."""
