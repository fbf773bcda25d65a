"""From HEAD to the edge: publisher -> prepare -> write -> store; the kill; what stays published while HEAD is refused.

`publisher.Publisher` publishes, `kill.kill_directly` kills with the store alone, `control_plane` holds
the services of a run. Rooms of its own: `store` (the KeyValueStore), `records` (what is kept beside it), `repair`.
"""
