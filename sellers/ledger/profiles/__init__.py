"""How sources write their earnings: one TOML file a source in `data/`, no code (HOUSE ruling 15)."""

from .loader import ProfileError, UnknownProfile, all_profiles, get, load, read
from .profile import Line, Profile, Rule, Sellers

__all__ = [
    "Line",
    "Profile",
    "ProfileError",
    "Rule",
    "Sellers",
    "UnknownProfile",
    "all_profiles",
    "get",
    "load",
    "read",
]
