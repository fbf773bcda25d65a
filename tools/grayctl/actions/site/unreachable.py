"""Files that no path leads to, as the edge's own function says."""

from urllib.parse import quote

from gray.lanes.registration import STABLE
from gray.lanes.sites import site_files
from gray.release.site_files import SiteFiles
from grayctl.actions.site.source import Site
from grayctl.reading.address import is_api
from grayctl.reading.explain import stored_at

__all__ = ["unreachable"]


def unreachable(site: Site, api_paths: str) -> list[str]:
    """The files that no path leads to, where the edge knows this site alone; for `api_paths` see `is_api`."""
    files = site_files({STABLE: site.registration})[0]
    return [name for name in site.files if not _is_reached(site, name, files, api_paths)]


def _is_reached(site: Site, name: str, files: SiteFiles, api_paths: str) -> bool:
    path = f"/{quote(name)}"
    if is_api(path, api_paths):
        return False
    stored = stored_at(path, files)
    return stored == f"/{STABLE}/{name}" or (site.is_shared(name) and stored == f"/{name}")
