"""The quantized LLaVA on llama.cpp, in a process of its own."""
