"""Measurements of speed and memory: the only source of such claims. `manage.py bench` runs them.

Everything is measured as a user would meet it: through the services, the queue and a real worker process, in
a scratch instance with a database, a Redis and media of its own. A file is one measurement.
"""
