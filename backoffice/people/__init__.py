"""Who works here: asked for by one administrator, confirmed by another. Roles are the only source of rights."""
