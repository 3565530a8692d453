"""The HTTP interface, the web pages and the command: they translate and decide nothing."""
