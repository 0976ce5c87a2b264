# The libraries of docs/architecture.md, as Debian 12 packages them. tools/install-dependencies installs these.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(SPEEXDSP REQUIRED IMPORTED_TARGET speexdsp)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)

# The allocator: a call is hundreds of small objects, which jemalloc keeps closer together than glibc does
# (docs/performance.md). The sanitizers bring their own.
if(POLYFON_SANITIZE)
  add_library(allocator INTERFACE)
else()
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  add_library(allocator ALIAS PkgConfig::JEMALLOC)
endif()

find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
add_library(soci INTERFACE)
target_link_libraries(soci INTERFACE ${SOCI_CORE} ${SOCI_SQLITE3} PkgConfig::SQLITE3)
if(POLYFON_SANITIZE)
  # The check of virtual pointers needs typeinfo of SOCI's classes, which its library does not export.
  target_compile_options(soci INTERFACE -fno-sanitize=vptr)
endif()
