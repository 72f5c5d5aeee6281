"""Personal data: what a nominee agreed to, what may be published, who saw it, and what he was told."""
