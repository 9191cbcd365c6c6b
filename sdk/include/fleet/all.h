/* fleet/all.h - fleet.h and the extensions a host need not have yet: ask get_extension() and accept null. */
#ifndef FLEET_ALL_H
#define FLEET_ALL_H
#include "ext/bus.h"
#include "ext/network.h"
#include "ext/secrets.h"
#include "fleet.h"
#endif
