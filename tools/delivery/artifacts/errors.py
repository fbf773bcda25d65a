"""The errors of this package, each with its fix.

ArtifactsError
├── BuildError      sam build failed, or a tool that it needs is missing
└── SettingsError   samconfig.toml lacks an environment or setting
"""

from __future__ import annotations

from grayctl.errors import EXIT_NEGATIVE, GrayctlError

__all__ = ["ArtifactsError", "BuildError", "SettingsError"]


class ArtifactsError(GrayctlError):
    """The artifacts could not be built; the text is one line with the fix."""

    exit_code = EXIT_NEGATIVE
    kind = "artifacts"


class BuildError(ArtifactsError):
    """`sam build` failed or a required tool is missing."""


class SettingsError(ArtifactsError):
    """samconfig.toml lacks an environment or one of its settings."""
