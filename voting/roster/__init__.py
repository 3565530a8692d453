"""The roster: import of spreadsheets, reconciliation, versions, freeze."""
