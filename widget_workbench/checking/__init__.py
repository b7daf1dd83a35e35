"""What the platform would object to in what is published, told before it is pushed."""
