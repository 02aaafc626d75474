"""Everything that asks the kernel: memory, processes, processors, power, and passwords kept out of sight."""
