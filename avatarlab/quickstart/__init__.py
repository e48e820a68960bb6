"""One command that sets an instance up and runs all of it: Redis, a worker and the web server."""
