// Which sanitizer a build has, for the few places that have to know. GCC defines macros of its own, clang has features.
#pragma once

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define FLEETD_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define FLEETD_THREAD_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define FLEETD_ADDRESS_SANITIZER 1
#endif
#ifdef __SANITIZE_THREAD__
#define FLEETD_THREAD_SANITIZER 1
#endif
#ifndef FLEETD_ADDRESS_SANITIZER
#define FLEETD_ADDRESS_SANITIZER 0
#endif
#ifndef FLEETD_THREAD_SANITIZER
#define FLEETD_THREAD_SANITIZER 0
#endif
