"""What the emulator lacks, beside it and in AWS's words: traces, metrics of log lines, alarms with a clock."""
