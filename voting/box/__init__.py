"""The ballot box: cast, receipt, paper ballots, throttle."""
