"""What can go wrong here, in the words of the person who has to act.

ArtifactsError
├── BuildError      sam build failed, or a tool that it needs is missing
└── SettingsError   samconfig.toml does not say what was asked for
"""

from __future__ import annotations

__all__ = ["ArtifactsError", "BuildError", "SettingsError"]


class ArtifactsError(Exception):
    """When artifacts could not be made; the text is one line with the way out."""


class BuildError(ArtifactsError):
    """When `sam build` failed or a tool that it needs is missing."""


class SettingsError(ArtifactsError):
    """When samconfig.toml lacks an environment or a setting of it."""
