"""Whether gray is worse: evidence, trial and share of a lane; what a ramp plan and an alarm do about it; traces."""
