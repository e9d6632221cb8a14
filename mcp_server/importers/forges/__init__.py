"""Pull requests, reviews and checks of GitHub and GitLab, in whatever shape they come."""
