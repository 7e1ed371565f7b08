"""What the services' HTTP interfaces have in common: roles, problems in plain words, answers given once, pages of a list."""
