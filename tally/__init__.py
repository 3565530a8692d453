"""The law of the double majority: exact counts by heads and by exclusive area.

Pure computation over integer columns: no files, clocks, randomness, logging, database or web.
Anyone can take this package alone and recompute a certificate.
"""
