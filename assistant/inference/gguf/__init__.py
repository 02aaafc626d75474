"""What stands in a GGUF file: metadata, vocabulary, chat template, and the memory that it will need."""
