"""From logged ballots to tally columns; live turnout."""
