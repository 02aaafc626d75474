"""The command line: options, signals, exit codes and what is printed for programs."""
