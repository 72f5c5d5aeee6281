"""From the rewritten XML to SpiffWorkflow specs and the list of elements the service sees."""
