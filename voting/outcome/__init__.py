"""Result, certificate, audit bundle, and the offline verification of it."""
