"""Run the built functions on this machine with the sample events: under the emulator of Lambda's runtime interface
alone (`samlocal.rie`, in `make test`), and in Docker through `sam local invoke` (`python -m samlocal`)."""
