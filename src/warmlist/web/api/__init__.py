"""The HTTP API: events in; customers, labels, queue and packs out. `mount.routes` puts it up."""
