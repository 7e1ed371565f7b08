"""What the services' HTTP interfaces have in common: roles, problems, answers given once, pages."""
