"""What is generated and committed: reference pages, the dashboard's body, screenshots."""
