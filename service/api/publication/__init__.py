"""What is put before the public: notices, objections to them, and the official papers of a round."""
