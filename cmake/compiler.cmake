# clang 19 on libstdc++ 12. g++ 12 frees temporaries of co_await expressions twice (docs/adr/001), so another compiler
# is refused with that reason rather than allowed to build something that crashes.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "polyfon is built with clang 19 or later; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
    "g++ 12 miscompiles coroutines (it frees temporaries of co_await expressions twice). "
    "Install clang-19 and use a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)  # -fPIE for all instead: one precompiled header serves libraries and programs
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -Wno-unused-parameter -Wno-missing-field-initializers
  -fPIE -fno-omit-frame-pointer -fstack-protector-strong -fstack-clash-protection -fcf-protection)
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
add_link_options(-fuse-ld=lld-19 -pie -Wl,-z,relro,-z,now)

set(POLYFON_SANITIZE "" CACHE STRING "address, thread, fuzzer or nothing")
if(POLYFON_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
elseif(POLYFON_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(POLYFON_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(_GLIBCXX_ASSERTIONS POLYFON_FUZZING)
else()
  # The release is laid out by a profile of what ./bench does (docs/adr/008); tools/train-profile makes it anew.
  set(POLYFON_PROFILE "use" CACHE STRING "use, generate or none")
  if(POLYFON_PROFILE STREQUAL "generate")
    add_compile_options(-fprofile-generate)
    add_link_options(-fprofile-generate)
  elseif(POLYFON_PROFILE STREQUAL "use" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    # A function that has changed since is compiled as without a profile: no reason for a warning.
    add_compile_options(-fprofile-use=${CMAKE_SOURCE_DIR}/cmake/polyfon.profdata -Wno-profile-instr-unprofiled
      -Wno-profile-instr-out-of-date -Wno-backend-plugin)
  endif()
  add_compile_options(-ftrivial-auto-var-init=zero)
  add_compile_definitions("$<$<CONFIG:Release>:_FORTIFY_SOURCE=3>")
endif()
