module example.com/pokey

go 1.26
