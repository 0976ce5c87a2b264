# A folder is a module is a library; what it links is what it may include (the layers of docs/architecture.md, also
# checked by tools/check_layers.py). Sources are globbed: adding a file is adding a file.

# polyfon_module(NAME FOLDER [OBJECT] LINKS ...)
function(polyfon_module name folder)
  cmake_parse_arguments(ARG "OBJECT" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  set(target polyfon_${name})
  if(NOT sources)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
    return()
  endif()
  if(ARG_OBJECT)
    add_library(${target} OBJECT ${sources})  # a static library would drop the self-registering files
  else()
    add_library(${target} STATIC ${sources})
  endif()
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${ARG_LINKS})
  polyfon_use_pch(${target})
endfunction()
