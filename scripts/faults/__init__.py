"""The fault campaign: damaged pictures and model files, killed and stopped processes, a hostile machine, a soak."""
