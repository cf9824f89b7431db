# SPDX-License-Identifier: Apache-2.0
# FaissC::FaissC: the FAISS C API. First the one that scripts/build-faiss cached,
# then one that the system has. FaissC_CACHED says which, for installing.
find_package(PackageHandleStandardArgs QUIET)
include(FindPackageHandleStandardArgs)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/faiss-prefix
                OUTPUT_VARIABLE FaissC_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE)

find_path(FaissC_INCLUDE c_api/Index_c.h PATHS ${FaissC_PREFIX}/include NO_DEFAULT_PATH)
find_library(FaissC_LIBRARY faiss_c PATHS ${FaissC_PREFIX}/lib NO_DEFAULT_PATH)
find_library(Faiss_LIBRARY faiss PATHS ${FaissC_PREFIX}/lib NO_DEFAULT_PATH)
set(FaissC_CACHED ON)
if(NOT FaissC_LIBRARY)
    set(FaissC_CACHED OFF)
    find_path(FaissC_INCLUDE c_api/Index_c.h PATH_SUFFIXES faiss)
    find_library(FaissC_LIBRARY faiss_c)
    find_library(Faiss_LIBRARY faiss)
endif()
mark_as_advanced(FaissC_INCLUDE FaissC_LIBRARY Faiss_LIBRARY)
find_package_handle_standard_args(FaissC
    REQUIRED_VARS FaissC_LIBRARY Faiss_LIBRARY FaissC_INCLUDE
    REASON_FAILURE_MESSAGE "Run scripts/setup.")
if(FaissC_FOUND AND NOT TARGET FaissC::FaissC)
    add_library(FaissC::Faiss SHARED IMPORTED GLOBAL)
    set_target_properties(FaissC::Faiss PROPERTIES IMPORTED_LOCATION ${Faiss_LIBRARY}
        IMPORTED_NO_SONAME OFF INTERFACE_INCLUDE_DIRECTORIES ${FaissC_INCLUDE})
    add_library(FaissC::FaissC SHARED IMPORTED GLOBAL)
    # akin calls libfaiss_c only, which needs libfaiss: a run path of the old
    # kind is searched for both.
    set_target_properties(FaissC::FaissC PROPERTIES IMPORTED_LOCATION ${FaissC_LIBRARY}
        INTERFACE_LINK_OPTIONS -Wl,--disable-new-dtags
        INTERFACE_INCLUDE_DIRECTORIES ${FaissC_INCLUDE}
        INTERFACE_LINK_LIBRARIES FaissC::Faiss)
endif()
