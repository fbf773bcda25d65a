"""Services that the emulator lacks, with AWS's APIs: traces, metrics from log lines, alarm evaluation."""
