module shop

go 1.24

require github.com/stripe/stripe-go/v84 v84.4.1
