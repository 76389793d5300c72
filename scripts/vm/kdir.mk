# SPDX-License-Identifier: GPL-2.0
#
# Makefile of the headers of a kernel that is built with the tools of its own
# Debian suite (@SUITE@): whatever is asked of it is done with those.

lp_kdir := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

ifeq ($(LP_TOOLS),@SUITE@)
include $(lp_kdir)/Makefile.kernel
else
goals := $(or $(MAKECMDGOALS),all)
$(goals): with-tools ;
with-tools:
	+@LP_TOOLS=@SUITE@ DEB_BUILD_ARCH=amd64 DEB_HOST_ARCH=amd64 @RUN@ make -C $(lp_kdir) -f $(lp_kdir)/Makefile $(goals)
.PHONY: $(goals) with-tools
endif
