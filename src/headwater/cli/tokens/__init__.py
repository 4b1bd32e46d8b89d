"""Make and revoke the tokens by which programs sign in."""
