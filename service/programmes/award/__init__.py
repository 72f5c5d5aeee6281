"""Titles once granted: the register, the ledger of what follows, and the processes begun for each."""
