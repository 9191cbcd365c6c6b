// gzip's format (RFC 1952) around bytes that are stored as they are: clan's own tools call their archives .tar.gz.
#pragma once
#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

// In locked memory; the same every time. Errors: AGE05 for more than 64 MiB.
fleet::Result<SecretBytes> gzipStored(age::View bytes);

}  // namespace fleetd::vars
