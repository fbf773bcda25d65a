"""The KeyValueStore: its API, the plan of a write, and the one place from which it is written.

Layers of retries, from the inside: botocore sends a call up to four times (`sync/services.py`); `writer.write_target`
reads and plans anew after a conflict, `gray.publish.kill` with more attempts and shorter waits, `repair/rebuild` with
fewer; then Lambda repeats the run, and the schedule comes every five minutes.
"""
