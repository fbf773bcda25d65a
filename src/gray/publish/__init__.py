"""From HEAD to the edge: publisher -> prepare -> write -> store; the kill, and what stands by while HEAD is refused.

`publisher.Publisher` publishes, `kill.kill_directly` kills with nothing but the store at hand, `control_plane` is what
a run works with. Rooms of its own: `store` (the KeyValueStore), `records` (what is kept beside it), `repair`.
"""
