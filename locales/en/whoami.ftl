whoami-title = Your request
whoami-addresses = Addresses
whoami-client = Your address
whoami-peer = Connected from
whoami-by-proxy = The connection comes from a trusted proxy. Your address is the one that it and the proxies before it have passed on.
whoami-direct = The connection does not come from a trusted proxy, so forwarded headers are ignored. If { $peer } is your proxy, add it to VESTIBULE_TRUSTED_PROXIES.
