/* fleet/fleet.h - everything the present host offers or asks for. */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H
#include "entry.h"
#include "ext/cancel.h"
#include "ext/check.h"
#include "ext/contribute.h"
#include "ext/diag.h"
#include "ext/exports.h"
#include "ext/log.h"
#include "ext/render.h"
#include "ext/schema.h"
#include "ext/thread_check.h"
#endif
